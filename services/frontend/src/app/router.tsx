// SPDX-License-Identifier: Apache-2.0
// router - the addresses of product areas that are built; what is absent here is absent from the page.
import {
	createRootRoute,
	createRoute,
	createRouter,
	lazyRouteComponent,
	Outlet,
	parseSearchWith,
	redirect,
	stringifySearchWith,
} from '@tanstack/react-router';
import { asProblem } from '../api/problem';
import { loadSession } from '../api/session';
import { DataPage } from '../features/dataset/DataPage';
import { DatasetFrame } from '../features/dataset/DatasetFrame';
import { LoadsPage } from '../features/dataset/LoadsPage';
import { DatasetsPage } from '../features/datasets/DatasetsPage';
import { HomePage } from '../features/home/HomePage';
import { RunPage } from '../features/runs/RunPage';
import { RunsPage } from '../features/runs/RunsPage';
import { SignInPage } from '../features/signin/SignInPage';
import { Frame } from './Frame';
import { NotFound, RouteProblem } from './RouteProblem';
import * as search from './search';

const rootRoute = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const signin = createRoute({
	getParentRoute: () => rootRoute,
	path: '/signin',
	validateSearch: search.signinSearch,
	component: SignInPage,
});

const frame = createRoute({
	getParentRoute: () => rootRoute,
	id: 'frame',
	beforeLoad: async ({ location }) => {
		try {
			await loadSession();
		} catch (error) {
			if (asProblem(error).status !== 401) throw error;
			const next = location.href === '/' ? undefined : location.href;
			throw redirect({ to: '/signin', search: { next } });
		}
	},
	component: Frame,
	errorComponent: RouteProblem,
	notFoundComponent: NotFound,
});

const home = createRoute({ getParentRoute: () => frame, path: '/', component: HomePage });

const datasets = createRoute({
	getParentRoute: () => frame,
	path: '/datasets',
	validateSearch: search.datasetsSearch,
	component: DatasetsPage,
});

const dataset = createRoute({
	getParentRoute: () => frame,
	path: '/datasets/$dataset',
	component: DatasetFrame,
});

const data = createRoute({
	getParentRoute: () => dataset,
	path: '/',
	validateSearch: search.rowsSearch,
	component: DataPage,
});

const contract = createRoute({
	getParentRoute: () => dataset,
	path: '/contract',
	validateSearch: search.contractSearch,
	component: lazyRouteComponent(() => import('../features/contract/ContractPage'), 'ContractPage'),
});

const loads = createRoute({ getParentRoute: () => dataset, path: '/loads', component: LoadsPage });

const rejects = createRoute({
	getParentRoute: () => dataset,
	path: '/rejects',
	validateSearch: search.rejectsSearch,
	component: lazyRouteComponent(() => import('../features/rejects/RejectsPage'), 'RejectsPage'),
});

const newImport = createRoute({
	getParentRoute: () => frame,
	path: '/imports/new',
	validateSearch: search.importSearch,
	component: lazyRouteComponent(() => import('../features/import/NewImportPage'), 'NewImportPage'),
});

const importRoute = createRoute({
	getParentRoute: () => frame,
	path: '/imports/$upload',
	component: lazyRouteComponent(() => import('../features/import/ImportPage'), 'ImportPage'),
});

const runs = createRoute({
	getParentRoute: () => frame,
	path: '/runs',
	validateSearch: search.runsSearch,
	component: RunsPage,
});

const run = createRoute({
	getParentRoute: () => frame,
	path: '/runs/$run',
	validateSearch: search.runSearch,
	component: RunPage,
});

const routeTree = rootRoute.addChildren([
	signin,
	frame.addChildren([
		home,
		datasets,
		dataset.addChildren([data, contract, loads, rejects]),
		newImport,
		importRoute,
		runs,
		run,
	]),
]);

/** Plain "?a=b&a=c" in the address, not JSON, so that people can read and write it. */
function parsePlain(value: string): unknown {
	return value;
}

export const router = createRouter({
	routeTree,
	defaultPreload: 'intent',
	scrollRestoration: true,
	defaultErrorComponent: RouteProblem,
	parseSearch: parseSearchWith(parsePlain),
	stringifySearch: stringifySearchWith(String),
});

declare module '@tanstack/react-router' {
	interface Register {
		router: typeof router;
	}
}
