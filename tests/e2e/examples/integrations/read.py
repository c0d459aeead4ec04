import requests
BASE = "https://chattr.example.com"
TOKEN = "YOUR_TOKEN"
SERVER = "SERVER_ID"
USER = "USER_ID"
res = requests.get(
    f"{BASE}/servers/{SERVER}/memberships/{USER}",
    headers={"Authorization": f"Bearer {TOKEN}"}
)
data = res.json()
print(data["profile"])
