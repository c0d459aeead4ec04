import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Icon } from './Icon';

/** Below the button, unless there is more room above it. */
const ROOM = 320;
const GAP = 4;

interface Props {
  label: string;
  /** What the button looks like; three dots unless it says more. */
  face?: ReactNode;
  /** What an entry does after `close`: the focus is back on the button by then. */
  children: (close: () => void) => ReactNode;
}

/** More that can be done here: a button and what it discloses. Esc and a click elsewhere close it, as the browser does with popovers. */
export function Menu({ label, face = <Icon name="more" />, children }: Props) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);

  useEffect(() => {
    if (!open) return;
    // It stands where its button was; once that moves, it would point at something else.
    const hide = () => panel.current?.hidePopover();
    window.addEventListener('scroll', hide, { capture: true });
    window.addEventListener('resize', hide);
    return () => {
      window.removeEventListener('scroll', hide, { capture: true });
      window.removeEventListener('resize', hide);
    };
  }, [open]);

  function place() {
    const at = button.current?.getBoundingClientRect();
    const { current } = panel;
    if (at === undefined || current === null) return;
    const below = window.innerHeight - at.bottom;
    const upwards = below < ROOM && at.top > below;
    current.style.top = upwards ? 'auto' : `${at.bottom + GAP}px`;
    current.style.bottom = upwards ? `${window.innerHeight - at.top + GAP}px` : 'auto';
    current.style.right = `${Math.max(GAP, document.documentElement.clientWidth - at.right)}px`;
  }

  /** Down from the button to the first entry, and from entry to entry, around the ends. */
  function walk(event: KeyboardEvent) {
    const entries = [...(panel.current?.querySelectorAll<HTMLElement>('.menu-item') ?? [])];
    const at = entries.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined || entries.length === 0) return;
    event.preventDefault();
    // What is known of it here may be a moment old.
    if (panel.current?.matches(':popover-open') === false) panel.current.showPopover();
    entries.at(to % entries.length)?.focus();
  }

  function close() {
    panel.current?.hidePopover();
    button.current?.focus();
  }

  return (
    <>
      <button
        ref={button}
        type="button"
        className="icon-button"
        aria-label={label}
        title={label}
        aria-expanded={open}
        popoverTarget={id}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') walk(event);
        }}
      >
        {face}
      </button>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: what is pressed are the entries in it */}
      <div
        ref={panel}
        id={id}
        popover="auto"
        className="menu"
        onKeyDown={walk}
        onBeforeToggle={(event) => {
          if (event.newState === 'open') place();
        }}
        onToggle={(event) => setOpen(event.newState === 'open')}
      >
        {children(close)}
      </div>
    </>
  );
}
