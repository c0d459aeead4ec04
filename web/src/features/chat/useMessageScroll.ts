import { useVirtualizer, type VirtualItem, type Virtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { loadBackTo, loadOlder } from '../../live/history';
import { markRead } from '../../live/reading';
import { text } from '../../messages';
import { current } from '../../store/store';
import type { Conversation } from '../../store/types';
import { notify } from '../../ui/notify';
import { indexFrom, indexOfMessage, type Row } from './rows';
import { useAttention } from './useAttention';

/** How near the end still counts as being there. */
const END_PX = 80;
/** More than this at once is a backlog: running to its end would skip what one has missed. */
const FOLLOWED = 10;
/** How near the beginning of what is loaded the next page is fetched. */
const TOP_PX = 800;

/**
 * Where the list stands. Opens at the first unread message, stays with the end
 * while one is there, stays put otherwise, and reports what has been seen.
 */
export function useMessageScroll(conversation: Conversation, rows: Row[], hasOlder: boolean) {
  const { id } = conversation;
  const element = useRef<HTMLElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const [placed, setPlaced] = useState(false);
  const [loadingOlder, setLoadingOlder] = useState(false);
  const attentive = useAttention();
  const rowsNow = useRef(rows);
  const grown = rows.length - rowsNow.current.length;
  useLayoutEffect(() => {
    rowsNow.current = rows;
  });

  const virtualizer = useVirtualizer<HTMLElement, HTMLElement>({
    count: rows.length,
    getScrollElement: () => element.current,
    estimateSize: (index) => estimate(rows[index]),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 12,
    paddingStart: 16,
    paddingEnd: 8,
    // A little of what was read before gives the unread its place.
    scrollPaddingStart: 56,
    // Messages put in above or growing must not move what one is reading.
    anchorTo: 'end',
    followOnAppend: grown <= FOLLOWED,
    scrollEndThreshold: END_PX,
  });

  virtualizer.shouldAdjustScrollPositionOnItemSizeChange = compensate;

  const fetchOlder = useCallback(async () => {
    setLoadingOlder(true);
    await loadOlder(id);
    setLoadingOlder(false);
  }, [id]);

  usePlacement(conversation, rows, placed, setPlaced, virtualizer);

  const seen = useCallback(() => {
    const scroller = element.current;
    if (scroller === null || !placed || !attentive) return;
    const bottom = scroller.scrollTop + scroller.clientHeight + END_PX / 2;
    const items = virtualizer.getVirtualItems();
    for (let index = items.length - 1; index >= 0; index -= 1) {
      const item = items[index];
      const row = item === undefined ? undefined : rowsNow.current[item.index];
      if (item === undefined || row?.type !== 'message' || item.end > bottom) continue;
      markRead(id, row.message.seq);
      return;
    }
  }, [id, placed, attentive, virtualizer]);

  const settle = useCallback(() => {
    const scroller = element.current;
    if (scroller === null || !placed) return;
    setAtEnd(scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight <= END_PX);
    if (scroller.scrollTop < TOP_PX && hasOlder && !loadingOlder) void fetchOlder();
    seen();
  }, [placed, hasOlder, loadingOlder, fetchOlder, seen]);

  const { unread, lastSeq } = conversation;
  // biome-ignore lint/correctness/useExhaustiveDependencies: new rows and counts move the end without a scroll event
  useEffect(() => {
    const frame = requestAnimationFrame(settle);
    return () => cancelAnimationFrame(frame);
  }, [settle, rows.length, unread, lastSeq]);

  // Whoever writes wants to see it, wherever they were reading.
  const lastOutgoing = rows.findLast((row) => row.type === 'outgoing')?.key;
  useEffect(() => {
    if (lastOutgoing !== undefined && placed) virtualizer.scrollToEnd();
  }, [lastOutgoing, placed, virtualizer]);

  const showMessage = useCallback(
    async (messageId: number): Promise<string | null> => {
      await loadBackTo(
        id,
        () => indexOfMessage(rowsNow.current, messageId) >= 0 || isLoaded(id, messageId),
        300,
      );
      await nextFrame();
      const index = indexOfMessage(rowsNow.current, messageId);
      if (index < 0) return null;
      virtualizer.scrollToIndex(index, { align: 'center' });
      return rowsNow.current[index]?.key ?? null;
    },
    [id, virtualizer],
  );

  const showMoment = useCallback(
    async (from: number): Promise<void> => {
      const oldest = () => Date.parse(current().timelines[id]?.messages[0]?.createdAt ?? '');
      const isReached = () => oldest() <= from || current().timelines[id]?.hasOlder !== true;
      await loadBackTo(id, isReached, Number.POSITIVE_INFINITY);
      await nextFrame();
      const index = indexFrom(rowsNow.current, from);
      if (index < 0) notify(text.chat.dateEmpty);
      else virtualizer.scrollToIndex(index, { align: 'start' });
      if (!isReached()) notify(text.chat.dateFar);
    },
    [id, virtualizer],
  );

  const toEnd = useCallback(() => virtualizer.scrollToEnd(), [virtualizer]);

  return {
    element,
    virtualizer,
    atEnd,
    placed,
    loadingOlder,
    onScroll: settle,
    showMessage,
    showMoment,
    toEnd,
  };
}

type List = ReturnType<typeof useVirtualizer<HTMLElement, HTMLElement>>;

/** The first position: the first unread message if there is one, the end otherwise. */
function usePlacement(
  conversation: Conversation,
  rows: Row[],
  placed: boolean,
  setPlaced: (placed: boolean) => void,
  virtualizer: List,
): void {
  const { id } = conversation;
  // With nothing stored yet there is nothing to wait for either.
  const synced = conversation.cursor.synced || conversation.lastSeq === 0;
  const searched = useRef(false);
  useLayoutEffect(() => {
    if (placed || rows.length === 0 || !synced) return;
    const first = current().timelines[id]?.messages[0];
    const { unread, readSeq } = current().conversations[id] ?? { unread: 0, readSeq: 0 };
    const missing = unread > 0 && first !== undefined && first.seq > readSeq + 1 && !searched.current;
    if (missing && current().timelines[id]?.hasOlder) {
      searched.current = true;
      const reached = () => (current().timelines[id]?.messages[0]?.seq ?? 0) <= readSeq + 1;
      void loadBackTo(id, reached, first.seq - readSeq + 10);
      return;
    }
    const index = rows.findIndex((row) => row.unreadAbove);
    const place = () => {
      if (index >= 0) virtualizer.scrollToIndex(index, { align: 'start' });
      else virtualizer.scrollToEnd();
    };
    place();
    // Heights are guesses until the rows have been drawn, and each look at them moves the target.
    let frame = requestAnimationFrame(() => {
      place();
      frame = requestAnimationFrame(() => {
        place();
        setPlaced(true);
      });
    });
    return () => cancelAnimationFrame(frame);
  }, [placed, rows, synced, id, setPlaced, virtualizer]);
}

/**
 * Whatever changes its height above the screen is made up for, also while
 * scrolling up: a page of history takes day and name off the row it joins, and
 * that must not move the rows below. (The library leaves it out when going up,
 * for lists whose rows change at random; ours do not.)
 */
function compensate(item: VirtualItem, _delta: number, list: Virtualizer<HTMLElement, HTMLElement>): boolean {
  const offset = list.scrollOffset ?? 0;
  return list.itemSizeCache.has(item.key) ? item.end <= offset : item.start < offset;
}

function estimate(row: Row | undefined): number {
  if (row === undefined) return 48;
  const source = row.type === 'message' ? row.message.source : row.item.source;
  const lines = Math.max(1, Math.ceil(source.length / 80), source.split('\n').length);
  return (row.continued ? 8 : 40) + lines * 22 + (row.day === null ? 0 : 40) + (row.unreadAbove ? 32 : 0);
}

function isLoaded(id: string, messageId: number): boolean {
  return current().timelines[id]?.messages.some((message) => message.id === messageId) ?? false;
}

function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}
