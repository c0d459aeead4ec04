import requests
BASE = "https://chattr.example.com"
TOKEN = "YOUR_TOKEN"
SERVER = "SERVER_ID"
USER = "USER_ID"
res = requests.patch(
    f"{BASE}/servers/{SERVER}/memberships/{USER}",
    headers={
        "Authorization": f"Bearer {TOKEN}",
        "Content-Type": "application/json"
    },
    json={
        "nickname": "VIP Player",
        "roleIds": [7, 9],
        "timedOutUntil": None # optional: ISO 8601 or None
    }
)
data = res.json()
print(data["membership"])
