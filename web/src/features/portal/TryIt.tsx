import type { App } from '../../api/apps';
import { Checker } from './oauth/Checker';
import { Playground } from './oauth/Playground';
import { TryMember } from './TryMember';
import { TryPost } from './TryPost';

interface Props {
  app: App;
  /** Something has been sent: what is known of the app is behind. */
  onSent: () => void;
}

/** The app, used from here. */
export default function TryIt({ app, onSent }: Props) {
  switch (app.kind) {
    case 'webhook':
    case 'widget':
      return <TryPost app={app} kind={app.kind} onSent={onSent} />;
    case 'integration':
      return <TryMember app={app} />;
    case 'oauth':
      return (
        <>
          <Checker registered={app.redirectUris ?? []} />
          <Playground app={app} />
        </>
      );
  }
}
