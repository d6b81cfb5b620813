"""How each kind of finding is cured: from facts to plans.

Rules name a cure by its module, which is imported when there is a finding to cure; type checkers read of it here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...lazy import lazy_modules

if TYPE_CHECKING:
    from . import acquiring as acquiring
    from . import awaiting as awaiting
    from . import batching as batching
    from . import binding as binding
    from . import casting as casting
    from . import catching as catching
    from . import closing as closing
    from . import collecting as collecting
    from . import concealing as concealing
    from . import entering as entering
    from . import entering_clients as entering_clients
    from . import entries as entries
    from . import fetching as fetching
    from . import guarding as guarding
    from . import hoisting as hoisting
    from . import holding as holding
    from . import iterating as iterating
    from . import joining as joining
    from . import lifespans as lifespans
    from . import naming as naming
    from . import restyling as restyling
    from . import savepoints as savepoints
    from . import sequencing as sequencing
    from . import sleeping as sleeping
    from . import starting as starting
    from . import tasks as tasks
    from . import transacting as transacting
    from . import unpacking as unpacking
    from . import unwrapping as unwrapping
    from . import urls as urls
else:
    __getattr__ = lazy_modules(__name__)
