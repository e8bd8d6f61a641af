// SPDX-License-Identifier: Apache-2.0
// useBooks - the account of a run as it is told: of a draft, no row is good or bad yet.
import { useQuery } from '@tanstack/react-query';
import { reportQuery } from '../../api/queries';
import type { Account, Run } from '../../api/types';
import { unjudged } from '../../lib/account';

/** Only a run without a contract may have made a draft, and only its report knows. */
export function useBooks(run: Run): Account {
	const perhaps = run.contract_version === null && run.account.check !== null;
	const report = useQuery({ ...reportQuery(run.id), enabled: perhaps }).data;
	return perhaps && report?.verdict === 'draft' ? unjudged(run.account) : run.account;
}
