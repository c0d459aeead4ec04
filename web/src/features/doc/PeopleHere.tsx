import { words } from '../../messages/editor';
import { Menu } from '../../ui/Menu';
import { PersonAvatar } from '../presence/PersonAvatar';

const MOST_FACES = 4;

/** Who has the document open: faces, and behind them the names. */
export function PeopleHere({ people, me }: { people: string[]; me: string }) {
  if (people.length === 0) return null;
  const others = people.filter((name) => name !== me);
  const ordered = [...others, ...people.filter((name) => name === me)];
  const faces = ordered.length > MOST_FACES ? ordered.slice(0, MOST_FACES - 1) : ordered;
  const more = ordered.length - faces.length;
  return (
    <div className="people-here">
      <Menu
        label={words.people.here(ordered)}
        face={
          <span className="faces">
            {faces.map((name) => (
              <PersonAvatar key={name} name={name} size={28} />
            ))}
            {more > 0 ? <span className="faces-more">{words.people.more(more)}</span> : null}
          </span>
        }
      >
        {() => (
          <section className="people-names" aria-label={words.people.title}>
            <h3>{words.people.title}</h3>
            <ul>
              {ordered.map((name) => (
                <li key={name}>
                  <PersonAvatar name={name} size={28} />
                  {name === me ? words.people.you(name) : name}
                </li>
              ))}
            </ul>
          </section>
        )}
      </Menu>
    </div>
  );
}
