import { text } from '../../messages';
import { typingIn } from '../../store/selectors';
import { useChatter } from '../../store/store';

/** Always takes its line, so that the messages above do not move when somebody starts to type. */
export function TypingLine({ id }: { id: string }) {
  const names = useChatter((state) => typingIn(state, id));
  return (
    <p className="typing-line" data-shown={names !== ''}>
      {names === '' ? null : (
        <>
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {text.chat.typing(names.split('\n'))}
        </>
      )}
    </p>
  );
}
