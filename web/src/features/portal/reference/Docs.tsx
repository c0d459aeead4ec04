import source from '../../../../../docs/apps.md?raw';
import { GuidePage } from './GuidePage';

/** How to write apps: the project's guide, with this installation's address in its examples. */
export default function Docs() {
  return <GuidePage source={source} reference />;
}
