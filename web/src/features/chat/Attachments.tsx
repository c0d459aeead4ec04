import { useEffect, useState } from 'react';
import { sizeOf, uploadPath } from '../../api/files';
import { words } from '../../messages/files';
import { fitted, type StoredFile } from '../../store/files';
import { Icon } from '../../ui/Icon';

/** The most room of a picture, in pixels. */
const ROOM = { width: 420, height: 320 };

/** The files of a message. */
export function Attachments({ files }: { files: StoredFile[] }) {
  return (
    <div className="attachments">
      {files.map((file) => (
        <Attachment key={file.stored} file={file} />
      ))}
    </div>
  );
}

function Attachment({ file }: { file: StoredFile }) {
  const [broken, setBroken] = useState(false);
  if (file.picture === null || broken) return <FileCard file={file} />;
  const { width, height } = fitted(file.picture, ROOM);
  // A thumbnail does not move.
  const small = /\.gif$/i.test(file.name) ? '' : '?thumbnail=1';
  return (
    <a
      className="attached-picture"
      href={uploadPath(file.stored)}
      target="_blank"
      rel="noreferrer"
      aria-label={words.open(file.name)}
    >
      {/* Its room is there before it is, so that nothing moves when it comes. */}
      <img
        src={uploadPath(file.stored) + small}
        alt={words.picture(file.name)}
        width={width}
        height={height}
        loading="lazy"
        decoding="async"
        onError={() => setBroken(true)}
      />
    </a>
  );
}

function FileCard({ file }: { file: StoredFile }) {
  const [size, setSize] = useState<number | null | undefined>(undefined);
  useEffect(() => {
    let wanted = true;
    sizeOf(file.stored).then(
      (bytes) => wanted && setSize(bytes),
      () => wanted && setSize(undefined),
    );
    return () => {
      wanted = false;
    };
  }, [file.stored]);
  return (
    <a
      className="attached-file"
      href={uploadPath(file.stored)}
      download={file.name}
      aria-label={words.download(file.name)}
    >
      <Icon name="document" size={24} />
      <span className="attached-name">
        <strong>{file.name}</strong>
        <small>{size === null ? words.gone : size === undefined ? '\u00a0' : words.size(size)}</small>
      </span>
      <Icon name="download" size={18} />
    </a>
  );
}
