curl -X POST "https://chattr.example.com/widgets/APP_ID/WIDGET_TOKEN" \
  -H "Content-Type: application/json" \
  -d '{
    "rows": [
      { "kind": "counter", "label": "Online users", "value": 42 },
      { "kind": "status", "label": "API", "state": "ok", "text": "200 OK" }
    ]
  }'
