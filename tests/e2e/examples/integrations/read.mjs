const BASE = "https://chattr.example.com";
const TOKEN = "YOUR_TOKEN";
const SERVER = "SERVER_ID";
const USER = "USER_ID";
const res = await fetch(`${BASE}/servers/${SERVER}/memberships/${USER}`, {
  headers: { "Authorization": `Bearer ${TOKEN}` }
});
const data = await res.json();
console.log(data.profile);
