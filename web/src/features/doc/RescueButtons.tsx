import { words } from '../../messages/editor';
import { Icon } from '../../ui/Icon';
import { copy } from '../../ui/notify';

interface Props {
  /** Of the file. */
  name: string;
  content: () => string;
}

/** Takes a text along that this client cannot save. */
export function RescueButtons({ name, content }: Props) {
  return (
    <>
      <button
        type="button"
        className="button button-small"
        onClick={() => void copy(content(), words.notice.copied)}
      >
        <Icon name="copy" size={16} />
        {words.notice.copy}
      </button>
      <button type="button" className="button button-small" onClick={() => download(name, content())}>
        <Icon name="download" size={16} />
        {words.notice.download}
      </button>
    </>
  );
}

const READ_BY_MS = 60_000;

function download(name: string, content: string): void {
  const address = URL.createObjectURL(new Blob([content], { type: 'text/markdown' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `${name}.md`;
  link.click();
  // Some browsers begin to read it only later.
  setTimeout(() => URL.revokeObjectURL(address), READ_BY_MS);
}
