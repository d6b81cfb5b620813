from fastapi import Depends as Depends
from fastapi import Security as Security
