import source from '../../../../../docs/apps-changelog.md?raw';
import { GuidePage } from './GuidePage';

/** What has changed for those who write apps. */
export default function Changelog() {
  return <GuidePage source={source} />;
}
