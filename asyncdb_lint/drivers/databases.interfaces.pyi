from databases import Record as Record
