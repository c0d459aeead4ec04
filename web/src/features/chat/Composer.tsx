import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { editMessage } from '../../live/editing';
import { keepDraft, readDraft } from '../../live/kept';
import { stoppedTyping, typed } from '../../live/typing';
import { text } from '../../messages';
import { words as fileWords } from '../../messages/files';
import type { Message } from '../../store/types';
import { FormError } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import { useEnterSends } from '../../ui/preferences';
import { emphasise } from './emphasise';
import { lengthHint, MOST_CHARACTERS } from './limits';
import { NameList, optionId } from './NameList';
import { PickedFiles } from './PickedFiles';
import { useNaming } from './useNaming';
import { useUploads } from './useUploads';

interface Props {
  conversation: string;
  name: string;
  /** Why one cannot write here; null when one can. */
  closed: string | null;
  reply: Message | null;
  editing: Message | null;
  /** `files` are stored names. */
  onSend: (source: string, files: string[]) => void;
  onCancel: () => void;
  onEditLast: () => void;
  onReplyLast: () => void;
}

export function Composer(props: Props) {
  const { conversation, name, closed, reply, editing, onSend, onCancel, onEditLast, onReplyLast } = props;
  const [source, setSource] = useState(() => editing?.source ?? readDraft(conversation));
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const input = useRef<HTMLTextAreaElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const mayAttach = editing === null && closed === null;
  const uploads = useUploads(mayAttach);
  const enterSends = useEnterSends();
  const naming = useNaming(conversation, input, change);
  const names = useId();

  useGrowing(input, source);
  useEffect(() => stoppedTyping, []);
  // Opening a keyboard over half a phone is for the person to decide.
  useEffect(() => {
    if (editing !== null || reply !== null || matchMedia('(pointer: fine)').matches) input.current?.focus();
  }, [editing, reply]);

  function change(next: string) {
    setSource(next);
    setError(null);
    if (editing !== null) return;
    keepDraft(conversation, next);
    if (next.trim() === '') stoppedTyping();
    else typed(conversation);
  }

  async function submit() {
    // Read from the element, not from the render: a second Enter may come before the next one.
    const words = (input.current?.value ?? '').trim();
    if (words.length > MOST_CHARACTERS || busy || uploads.busy || closed !== null) return;
    const files = uploads.picked.some(({ stored }) => stored !== null);
    if (words === '' && !files) return;
    if (editing === null) {
      if (input.current !== null) input.current.value = '';
      change('');
      onSend(words, uploads.take());
      input.current?.focus();
      return;
    }
    if (words === editing.source) {
      onCancel();
      return;
    }
    setBusy(true);
    const problem = await editMessage(editing, words);
    setBusy(false);
    if (problem === null) onCancel();
    else setError(problem);
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    // While an input method composes, Enter chooses a word (229 is how Safari says so).
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (naming.onKey(event)) return;
    const withCommand = event.ctrlKey || event.metaKey;
    if (event.key === 'Enter' && (withCommand || (enterSends && !event.shiftKey && !event.altKey))) {
      event.preventDefault();
      if (!event.repeat) void submit();
    } else if (event.key === 'Escape' && (editing !== null || reply !== null)) {
      event.preventDefault();
      onCancel();
    } else if (event.key === 'ArrowUp' && source === '' && editing === null && !event.altKey) {
      event.preventDefault();
      if (event.shiftKey) onReplyLast();
      else onEditLast();
    } else if (withCommand && !event.shiftKey && !event.altKey) {
      onCommand(event);
    }
  }

  function onCommand(event: KeyboardEvent<HTMLTextAreaElement>) {
    const mark = { b: '**', i: '*' }[event.key.toLowerCase()];
    if (mark !== undefined) {
      event.preventDefault();
      emphasise(event.currentTarget, mark);
    } else if (event.key.toLowerCase() === 'u' && mayAttach) {
      event.preventDefault();
      chooser.current?.click();
    }
  }

  if (closed !== null) {
    return (
      <footer className="composer composer-closed">
        <Icon name="lock" size={18} />
        <p>{closed}</p>
      </footer>
    );
  }
  const hint = lengthHint(source);
  const hasWords = source.trim() !== '' && source.trim().length <= MOST_CHARACTERS;
  const hasFiles = source.trim() === '' && uploads.picked.some(({ stored }) => stored !== null);
  const sendable = (hasWords || hasFiles) && !busy && !uploads.busy;
  return (
    <footer className="composer">
      {editing === null && reply === null ? null : (
        <div className="composer-context">
          <Icon name={editing === null ? 'reply' : 'edit'} size={16} />
          <span className="composer-context-text">
            <strong>
              {editing === null ? text.composer.replyingTo(reply?.author ?? '') : text.composer.editing}
            </strong>
            <span>{(editing ?? reply)?.source}</span>
          </span>
          <button
            type="button"
            className="icon-button"
            aria-label={editing === null ? text.composer.cancelReply : text.composer.cancelEdit}
            onClick={onCancel}
          >
            <Icon name="close" size={18} />
          </button>
        </div>
      )}
      <FormError message={error} />
      <PickedFiles picked={uploads.picked} onRemove={uploads.remove} />
      <NameList id={names} found={naming.found} active={naming.active} onChoose={naming.choose} />
      <div className="composer-row" data-over={uploads.over}>
        {mayAttach ? (
          <>
            <button
              type="button"
              className="icon-button composer-attach"
              aria-label={fileWords.attach}
              title={fileWords.attach}
              onClick={() => chooser.current?.click()}
            >
              <Icon name="add" />
            </button>
            <input
              ref={chooser}
              type="file"
              multiple
              hidden
              onChange={(event) => {
                uploads.add(event.currentTarget.files ?? []);
                event.currentTarget.value = '';
              }}
            />
          </>
        ) : null}
        <textarea
          ref={input}
          rows={1}
          dir="auto"
          value={source}
          placeholder={uploads.over ? fileWords.drop : text.composer.placeholder(name)}
          aria-label={text.composer.placeholder(name)}
          enterKeyHint={enterSends ? 'send' : 'enter'}
          aria-autocomplete="list"
          aria-controls={naming.found.length === 0 ? undefined : names}
          aria-activedescendant={naming.found.length === 0 ? undefined : optionId(names, naming.active)}
          onChange={(event) => {
            change(event.target.value);
            naming.look(event.target);
          }}
          onKeyDown={onKeyDown}
          onBlur={() => {
            stoppedTyping();
            naming.close();
          }}
          onPaste={(event) => {
            if (!mayAttach || event.clipboardData.files.length === 0) return;
            event.preventDefault();
            uploads.add(event.clipboardData.files);
          }}
        />
        <button
          type="button"
          className="composer-send"
          aria-label={editing === null ? text.composer.send : text.composer.save}
          disabled={!sendable}
          // The keyboard of a phone stays open when the button does not take the focus.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => void submit()}
        >
          <Icon name={editing === null ? 'send' : 'check'} />
        </button>
      </div>
      {hint === null ? null : (
        <p className={hint.over ? 'composer-hint composer-hint-over' : 'composer-hint'}>{hint.words}</p>
      )}
    </footer>
  );
}

/** As high as its text, up to what the style sheet allows. */
function useGrowing(input: React.RefObject<HTMLTextAreaElement | null>, source: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text decides the height
  useLayoutEffect(() => {
    const area = input.current;
    if (area === null) return;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight}px`;
  }, [input, source]);
}
