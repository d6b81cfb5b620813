from httpx._client import AsyncClient as AsyncClient
