curl -X PATCH "https://chattr.example.com/servers/SERVER_ID/memberships/USER_ID" \
  -H "Authorization: Bearer YOUR_TOKEN" \
  -H "Content-Type: application/json" \
  -d '{"nickname": "VIP Player", "roleIds": [7, 9]}'
