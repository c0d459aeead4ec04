import { type TestAnswer, testCall } from '../../api/testCall';
import { rememberTest } from './lastTests';

/** Posts a body as a service outside would, and keeps it in this page for the next time. */
export async function sendTest(app: number, path: string, body: string): Promise<TestAnswer> {
  const sentAt = Date.now();
  const answer = await testCall({
    method: 'POST',
    path,
    headers: { 'Content-Type': 'application/json' },
    body,
  });
  if (answer.status !== 0) rememberTest({ app, body, sentAt, answeredAt: Date.now() });
  return answer;
}
