curl "https://chattr.example.com/servers/SERVER_ID/memberships/USER_ID" \
  -H "Authorization: Bearer YOUR_TOKEN"
