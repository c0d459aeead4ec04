import { text } from '../../messages';
import { useChatter } from '../../store/store';
import { PageFrame } from '../../ui/PageFrame';
import { DmLogs } from './DmLogs';
import { ServerSettings } from './ServerSettings';

const words = text.admin;

export default function AdminPage() {
  const me = useChatter((state) => state.me);
  if (!me?.isAdmin) {
    return (
      <PageFrame title={words.title}>
        <p>{words.denied}</p>
      </PageFrame>
    );
  }
  return (
    <PageFrame title={words.title}>
      <section className="card" aria-labelledby="dm-logs">
        <h2 id="dm-logs">{words.dmLogs}</h2>
        <DmLogs />
      </section>
      <section className="card" aria-labelledby="server-settings">
        <h2 id="server-settings">{words.settings}</h2>
        {me.isSuperadmin ? <ServerSettings /> : <p className="hint">{words.superOnly}</p>}
      </section>
    </PageFrame>
  );
}
