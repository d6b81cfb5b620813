from fastapi import HTTPException as HTTPException
from starlette.exceptions import WebSocketException as WebSocketException
