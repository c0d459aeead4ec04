import { type FormEvent, useState } from 'react';
import { ApiError, explain } from '../../api/client';
import { commandCustom } from '../../api/custom';
import { words } from '../../messages/custom';
import { splitCommand } from './bridge/protocol';
import type { Running } from './running';

interface Props {
  channel: number;
  running: React.RefObject<Running | null>;
}

/** What is typed here is a built-in command, or else one of the channel's own. */
export function CommandLine({ channel, running }: Props) {
  const [typed, setTyped] = useState('');
  const [answer, setAnswer] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const command = splitCommand(typed);
    if (command === null) {
      setAnswer(words.page.noCommand);
      return;
    }
    setBusy(true);
    try {
      const text = await commandCustom(channel, typed.trim());
      setAnswer(text);
      running.current?.message({ type: 'system_message', text });
    } catch (reason) {
      if (running.current !== null && reason instanceof ApiError && reason.code === 'unknown_command') {
        running.current.command(command.name, command.words);
        setAnswer(null);
      } else {
        setAnswer(explain(reason));
      }
    }
    setTyped('');
    setBusy(false);
  }

  return (
    <form className="custom-command" onSubmit={(event) => void submit(event)}>
      <output className="custom-answer" aria-label={words.page.answer} hidden={answer === null}>
        {answer}
      </output>
      <div className="custom-command-line">
        <input
          className="custom-command-input"
          aria-label={words.page.command}
          placeholder={words.page.placeholder}
          value={typed}
          maxLength={2000}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => setTyped(event.target.value)}
        />
        <button type="submit" className="button" disabled={busy || typed.trim() === ''}>
          {words.page.run}
        </button>
      </div>
    </form>
  );
}
