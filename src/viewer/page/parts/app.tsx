import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { SessionAnswer } from '../../answers.js';
import type { Api } from '../api.js';
import { moveTo, type Condition, type Place, type Where } from '../routes.js';

/** What every part of the page stands on. */
export interface App {
  readonly api: Api;
  readonly session: SessionAnswer;
  readonly where: Where;
  /** IANA name of the zone in which times are shown. */
  readonly zone: string;
  /** A print is being made: everything that is loaded is shown. */
  readonly isPrinting: boolean;
  /** Inside of a page of somebody else: links lead to the viewer, and nothing is written to the address. */
  readonly isEmbedded: boolean;
  /** What computes seals: a third of the page, loaded when it is first needed. Absent inside of another's page. */
  readonly checks?: () => Promise<typeof import('../check/seals.js')>;
  /** An address for a link. */
  readonly href: (where: Where) => string;
  /** @param how `replace`: the way back does not lead here */
  readonly go: (where: Where, how?: 'replace') => void;
}

const Context = createContext<App | undefined>(undefined);
export const AppProvider = Context.Provider;

export function useApp(): App {
  const app = useContext(Context);
  if (app === undefined) throw new Error('there is no AppProvider around');
  return app;
}

/** Of another page, with the same tenant, zone and density. @param tenant where the entry is of another than is looked at */
export function usePlaceHref(): (place: Place, conditions?: readonly Condition[], tenant?: string) => string {
  const { href, where } = useApp();
  return (place, conditions, tenant) => href(moveTo(tenant === undefined ? where : { ...where, tenant }, place, conditions)); // prettier-ignore
}
