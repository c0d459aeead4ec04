import { listServerApps } from '../../../api/apps';
import { words as portal } from '../../../messages/portal';
import { words as all } from '../../../messages/servers';
import { appPath, portalPath } from '../../../router';
import { FormError } from '../../../ui/Field';
import { PageLink } from '../../../ui/PageLink';
import { Skeleton } from '../../../ui/Skeleton';
import { AppChips } from '../../portal/AppChips';
import { AppIcon } from '../../portal/AppIcon';
import type { SectionProps } from './ServerSettings';
import { useList } from './useList';

const words = all.apps;

/** What is connected to a server. The portal is where it is changed. */
export default function Apps({ details }: SectionProps) {
  const { items, error } = useList(details.server.id, listServerApps);
  return (
    <>
      <p className="hint">{words.hint}</p>
      <FormError message={error} />
      {items === null && error === null ? <Skeleton rows={2} /> : null}
      {items?.length === 0 ? <p className="hint">{words.none}</p> : null}
      <ul className="rows">
        {items?.map((app) => (
          <li key={app.id}>
            <PageLink className="row row-link" to={appPath(app.id)}>
              <span className="row-text row-icon">
                <AppIcon kind={app.kind} size={36} />
                <span>
                  <strong>{app.name}</strong>
                  <small className="hint">{portal.kinds[app.kind].name}</small>
                </span>
              </span>
              <AppChips app={app} />
            </PageLink>
          </li>
        ))}
      </ul>
      <div>
        <PageLink className="button" to={portalPath}>
          {words.open}
        </PageLink>
      </div>
    </>
  );
}
