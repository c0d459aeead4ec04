import { useEffect, useRef } from 'react';
import { JsonView } from './jsonView';
import type { Marked } from './marked';

export interface JsonEditorProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** Shown in the text, where they are. */
  marks: Marked[];
  /** A new one takes the cursor there. */
  target: { pointer: string } | null;
}

/** CodeMirror for JSON. */
export default function JsonEditor({ label, value, onChange, marks, target }: JsonEditorProps) {
  const frame = useRef<HTMLDivElement>(null);
  const view = useRef<JsonView>(null);
  const changed = useRef(onChange);
  const initial = useRef({ label, value });

  useEffect(() => {
    changed.current = onChange;
  }, [onChange]);

  useEffect(() => {
    if (frame.current === null) return;
    const made = new JsonView(frame.current, initial.current, (text) => changed.current(text));
    view.current = made;
    return () => made.destroy();
  }, []);

  useEffect(() => view.current?.show(value), [value]);
  useEffect(() => view.current?.mark(marks), [marks]);
  useEffect(() => {
    if (target !== null) view.current?.goTo(target.pointer);
  }, [target]);

  return <div ref={frame} className="json-editor" />;
}
