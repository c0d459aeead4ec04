import { text } from '../../messages';
import { navigate } from '../../router';

interface Props {
  missing: boolean;
  loading: boolean;
}

export function NothingOpen({ missing, loading }: Props) {
  const Heading = missing ? 'h1' : 'h2';
  return (
    <div className="nothing" id="messages">
      <img src="/favicon.svg" alt="" width={64} height={64} />
      <Heading>{loading ? text.loading : missing ? text.chat.gone : text.chat.pick}</Heading>
      {missing ? (
        <button type="button" className="button" onClick={() => navigate('/chat', 'replace')}>
          {text.chat.toList}
        </button>
      ) : (
        <p>{loading ? '' : text.chat.pickHint}</p>
      )}
    </div>
  );
}
