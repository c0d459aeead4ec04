import { useState } from 'react';
import * as gdm from '../../api/gdm';
import { relist } from '../../live/listing';
import { text } from '../../messages';
import { conversationPath, navigate } from '../../router';
import { useChatter } from '../../store/store';
import type { Conversation } from '../../store/types';
import { Confirm } from '../../ui/Confirm';
import { Icon } from '../../ui/Icon';
import { PersonAvatar } from '../presence/PersonAvatar';

const words = text.gdm;

type Step = 'remove' | 'kick' | 'transfer';

interface Props {
  conversation: Conversation;
  manages: boolean;
}

export function MemberList({ conversation, manages }: Props) {
  const me = useChatter((state) => state.me?.name ?? '');
  const online = useChatter((state) => state.online);
  const [expanded, setExpanded] = useState<string | null>(null);
  const [step, setStep] = useState<{ what: Step; name: string } | null>(null);
  const tid = conversation.tid ?? 0;

  return (
    <>
      <ul className="people">
        {conversation.members.map((name) => (
          <li key={name}>
            <div className="person">
              <PersonAvatar name={name} size={36} online={online[name] === true} />
              <span>{name === me ? `${name} (${text.chat.you})` : name}</span>
              {conversation.owner === name ? (
                <span className="chip">
                  <Icon name="crown" size={14} />
                  {words.owner}
                </span>
              ) : null}
              {name === me ? null : (
                <button
                  type="button"
                  className="icon-button"
                  aria-label={words.actionsFor(name)}
                  aria-expanded={expanded === name}
                  onClick={() => setExpanded(expanded === name ? null : name)}
                >
                  <Icon name="more" />
                </button>
              )}
            </div>
            {expanded === name ? (
              <div className="person-actions">
                <button
                  type="button"
                  className="button button-small"
                  onClick={() => navigate(conversationPath(`dm:${name}`))}
                >
                  {text.people.message(name)}
                </button>
                {manages && conversation.owner !== name
                  ? (['transfer', 'remove', 'kick'] as const).map((what) => (
                      <button
                        key={what}
                        type="button"
                        className="button button-small"
                        onClick={() => setStep({ what, name })}
                      >
                        {words[what]}
                      </button>
                    ))
                  : null}
              </div>
            ) : null}
          </li>
        ))}
      </ul>
      {step === null ? null : (
        <Confirm
          {...question(step.what, step.name)}
          onClose={() => setStep(null)}
          onConfirm={() => carryOut(tid, step.what, step.name)}
        />
      )}
    </>
  );
}

function question(what: Step, name: string) {
  switch (what) {
    case 'remove':
      return { title: words.removeTitle(name), body: words.removeBody, action: words.remove };
    case 'kick':
      return { title: words.kickTitle(name), body: words.kickBody, action: words.kick };
    case 'transfer':
      return { title: words.transferTitle(name), body: words.transferBody, action: words.transfer };
  }
}

async function carryOut(tid: number, what: Step, name: string): Promise<void> {
  if (what === 'remove') await gdm.removeMember(tid, name);
  else if (what === 'kick') await gdm.kickMember(tid, name);
  else await gdm.transferGroup(tid, name);
  relist();
}
