import requests
WIDGET_URL = "https://chattr.example.com/widgets/APP_ID/WIDGET_TOKEN"
def push(rows):
    r = requests.post(WIDGET_URL, json={"rows": rows}, timeout=5)
    r.raise_for_status()
push([
    {"kind": "counter", "label": "Online users", "value": 42},
    {"kind": "progress", "label": "Disk", "current": 42, "max": 128},
])
