import {
  type Announcements,
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  type UniqueIdentifier,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import {
  SortableContext,
  sortableKeyboardCoordinates,
  useSortable,
  verticalListSortingStrategy,
} from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { useRef } from 'react';
import { words as all } from '../../../messages/portalWidget';
import { Icon } from '../../../ui/Icon';
import '../../../ui/styles/arrange.css';
import { addRow, type ListedRow, listRows, MOST_ROWS, moveRow, removeRow, rowKinds } from './rows';

const words = all.arrange;

/** A click on a handle is none: it has to be moved a little. */
const DRAG_FROM_PX = 4;

export interface ArrangeProps {
  source: string;
  onChange: (source: string) => void;
}

/** The rows of a snapshot to be put in order by hand: dragged, by keyboard, or one step at a time. */
export default function Arrange({ source, onChange }: ArrangeProps) {
  const list = useRef<HTMLOListElement>(null);
  const above = useRef<UniqueIdentifier | null>(null);
  const rows = listRows(source);
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: DRAG_FROM_PX } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  if (rows === null) return <p className="hint">{words.unreadable}</p>;
  const place = (id: UniqueIdentifier) => rows.findIndex((row) => row.id === id);

  function remove(index: number) {
    // With the button the focus would go.
    list.current?.focus();
    onChange(removeRow(source, index));
  }

  function drop({ active, over }: DragEndEvent) {
    const [from, to] = [place(active.id), over === null ? -1 : place(over.id)];
    if (from !== to && from >= 0 && to >= 0) onChange(moveRow(source, from, to));
  }

  const nameAt = (id: UniqueIdentifier) => nameOf(rows[place(id)], place(id));
  const announcements: Announcements = {
    onDragStart: ({ active }) => {
      above.current = active.id;
      return words.lifted(nameAt(active.id), place(active.id) + 1, rows.length);
    },
    onDragOver: ({ active, over }) => {
      // Right after it was picked up it is above its own place: that has been said.
      if (over === null || over.id === above.current) return undefined;
      above.current = over.id;
      return words.over(nameAt(active.id), place(over.id) + 1, rows.length);
    },
    onDragEnd: ({ active, over }) =>
      words.dropped(nameAt(active.id), place((over ?? active).id) + 1, rows.length),
    onDragCancel: ({ active }) => words.cancelled(nameAt(active.id)),
  };

  return (
    <div className="stack">
      <DndContext
        sensors={sensors}
        collisionDetection={closestCenter}
        accessibility={{ announcements, screenReaderInstructions: { draggable: words.instructions } }}
        onDragEnd={drop}
      >
        <SortableContext items={rows} strategy={verticalListSortingStrategy}>
          <ol ref={list} tabIndex={-1} className="arrange" aria-label={words.list}>
            {rows.map((row, index) => (
              <Row
                key={row.id}
                row={row}
                index={index}
                last={index === rows.length - 1}
                onMove={(to) => onChange(moveRow(source, index, to))}
                onRemove={() => remove(index)}
              />
            ))}
          </ol>
        </SortableContext>
      </DndContext>
      <fieldset className="chips">
        <legend className="visually-hidden">{words.add}</legend>
        {rowKinds.map((kind) => (
          <button
            key={kind}
            type="button"
            className="button button-small"
            aria-label={words.addOf(words.kinds[kind])}
            disabled={rows.length >= MOST_ROWS}
            onClick={() => onChange(addRow(source, kind))}
          >
            <Icon name="add" size={16} />
            {words.kinds[kind]}
          </button>
        ))}
      </fieldset>
    </div>
  );
}

interface RowProps {
  row: ListedRow;
  index: number;
  last: boolean;
  onMove: (to: number) => void;
  onRemove: () => void;
}

function Row({ row, index, last, onMove, onRemove }: RowProps) {
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } =
    useSortable({ id: row.id });
  const name = nameOf(row, index);
  return (
    <li
      ref={setNodeRef}
      className="arrange-row"
      data-dragging={isDragging}
      style={{ transform: CSS.Transform.toString(transform), transition }}
    >
      <button
        ref={setActivatorNodeRef}
        {...attributes}
        {...listeners}
        type="button"
        className="icon-button arrange-handle"
        aria-label={words.drag(name)}
      >
        <Icon name="grip" size={18} />
      </button>
      <span className="arrange-name">
        <span dir="auto">{name}</span>
        <small className="hint">{row.kind === null ? words.noKind : words.kinds[row.kind]}</small>
      </span>
      <span className="arrange-steps">
        <button
          type="button"
          className="icon-button"
          aria-label={words.up(name)}
          aria-disabled={index === 0}
          onClick={() => (index === 0 ? undefined : onMove(index - 1))}
        >
          <Icon name="up" size={18} />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={words.down(name)}
          aria-disabled={last}
          onClick={() => (last ? undefined : onMove(index + 1))}
        >
          <Icon name="down" size={18} />
        </button>
        <button type="button" className="icon-button" aria-label={words.remove(name)} onClick={onRemove}>
          <Icon name="delete" size={18} />
        </button>
      </span>
    </li>
  );
}

function nameOf(row: ListedRow | undefined, index: number): string {
  return row === undefined || row.label.trim() === '' ? words.unnamed(index) : row.label;
}
