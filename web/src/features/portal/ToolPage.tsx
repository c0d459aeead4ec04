import { useEffect, useState } from 'react';
import { words } from '../../messages/portalTool';
import { navigate, portalPath, toolPath, useLocation } from '../../router';
import { LinkToCopy } from '../../ui/LinkToCopy';
import { PageLink } from '../../ui/PageLink';
import { Welcome } from '../account/Welcome';
import { type ToolAnswer, toolAnswer } from './toolAnswer';

/** How long the server takes a code. */
const CODE_MS = 60_000;

/** For who let a tool in: the code that it waits for, or why there is none. */
export default function ToolPage() {
  const { query } = useLocation();
  const [answer] = useState(() => toolAnswer(query));
  const [expired, setExpired] = useState(false);

  // What lets somebody in is neither to be seen nor to be found in the history.
  useEffect(() => navigate(toolPath, 'replace'), []);
  useEffect(() => {
    const timer = setTimeout(() => setExpired(true), CODE_MS);
    return () => clearTimeout(timer);
  }, []);

  return (
    <Welcome title={words.title} tagline={words.tagline}>
      <Answer answer={answer} expired={expired} />
      <p className="welcome-switch">
        <PageLink to={portalPath}>{words.toPortal}</PageLink>
      </p>
    </Welcome>
  );
}

function Answer({ answer, expired }: { answer: ToolAnswer; expired: boolean }) {
  if (answer === null) return <p role="alert">{words.missing}</p>;
  if ('error' in answer) return <p role="alert">{words.refused(answer.error)}</p>;
  if (expired) return <p role="alert">{words.expired}</p>;
  return (
    <div className="stack">
      <p>{words.intro}</p>
      <LinkToCopy
        label={words.code}
        url={answer.code}
        action={words.copy}
        copied={words.copied}
        hint={words.lasts}
      />
      <p className="hint">{words.warning}</p>
    </div>
  );
}
