import type { Snippet } from './model';
import { postSnippets } from './post';

/** A message to a channel; and the two monitors most people have, which bring a shape of their own. */
export function webhookSnippets(url: string): Snippet[] {
  return [
    ...postSnippets({ url, body: { content: 'Hello!' }, variable: 'CHATTER_WEBHOOK' }),
    {
      id: 'uptime-kuma',
      label: 'Uptime Kuma',
      code: `Settings → Notifications → Setup Notification
  Notification Type:  Webhook
  Post URL:           ${url}/uptime-kuma
  Request Body:       application/json
Test, then Save, and switch it on for your monitors.`,
    },
    {
      id: 'grafana',
      label: 'Grafana',
      code: `# Alerting → Contact points → Add: type Webhook, this URL, method POST.
# Or as a file, /etc/grafana/provisioning/alerting/chatter.yaml:
apiVersion: 1
contactPoints:
  - orgId: 1
    name: chatter
    receivers:
      - uid: chatter
        type: webhook
        settings:
          url: ${url}/grafana
          httpMethod: POST`,
    },
  ];
}
