/** A JSON document posted to a URL, in every language: what webhooks and widgets have in common. */

import { indented, phpQuoted, powershellQuoted, quoted, type Snippet, shellQuoted } from './model';

interface Post {
  url: string;
  /** What is sent, as an example. */
  body: object;
  /** The name of the variable that holds the URL where a tool keeps secrets. */
  variable: string;
}

export function postSnippets({ url, body, variable }: Post): Snippet[] {
  const json = JSON.stringify(body);
  const pretty = JSON.stringify(body, null, 2);
  return [
    {
      id: 'curl',
      label: 'cURL',
      code: `curl --fail-with-body -X POST ${shellQuoted(url)} \\
  -H 'Content-Type: application/json' \\
  -d ${shellQuoted(json)}`,
    },
    {
      id: 'node',
      label: 'Node.js',
      code: `const response = await fetch(${quoted(url)}, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(${indented(pretty, 2)}),
});
if (!response.ok) throw new Error(\`\${response.status}: \${await response.text()}\`);`,
    },
    {
      id: 'python',
      label: 'Python',
      code: `import requests

response = requests.post(
    ${quoted(url)},
    json=${indented(pretty, 4)},
    timeout=10,
)
response.raise_for_status()`,
    },
    {
      id: 'go',
      label: 'Go',
      code: `package main

import (
	"fmt"
	"log"
	"net/http"
	"strings"
)

func main() {
	body := strings.NewReader(\`${json}\`)
	response, err := http.Post(${quoted(url)}, "application/json", body)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	fmt.Println(response.Status)
}`,
    },
    {
      id: 'php',
      label: 'PHP',
      code: `<?php
$request = curl_init(${phpQuoted(url)});
curl_setopt_array($request, [
    CURLOPT_POST => true,
    CURLOPT_HTTPHEADER => ["Content-Type: application/json"],
    CURLOPT_POSTFIELDS => ${phpQuoted(json)},
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_TIMEOUT => 10,
]);
$answer = curl_exec($request);
echo curl_getinfo($request, CURLINFO_RESPONSE_CODE), " ", $answer;`,
    },
    {
      id: 'powershell',
      label: 'PowerShell',
      code: `Invoke-RestMethod -Method Post -Uri ${powershellQuoted(url)} \`
  -ContentType 'application/json; charset=utf-8' \`
  -Body ${powershellQuoted(json)}`,
    },
    {
      id: 'actions',
      label: 'GitHub Actions',
      code: `# Save the URL as the repository secret ${variable}:
# ${url}
- name: Tell Chatter
  if: always()
  env:
    ${variable}: \${{ secrets.${variable} }}
  run: |
    curl --fail-with-body -sS -X POST "$${variable}" \\
      -H 'Content-Type: application/json' \\
      -d ${shellQuoted(json)}`,
    },
  ];
}
