/** How much of something may happen: so many at once, then so many a second. */
export class Bound {
  private readonly most: number;
  private readonly perSecond: number;
  private left: number;
  private at: number;

  constructor(most: number, perSecond: number, now: number) {
    this.most = most;
    this.perSecond = perSecond;
    this.left = most;
    this.at = now;
  }

  /** Counts one more; false where it is too many. */
  take(now: number): boolean {
    this.left = Math.min(this.most, this.left + ((now - this.at) / 1000) * this.perSecond);
    this.at = now;
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }
}
