// SPDX-License-Identifier: Apache-2.0
// makeDataset - a dataset that was not there before, or a refusal; never one that somebody else filled.
import { post } from '../../api/client';
import { Problem } from '../../api/problem';
import type { Dataset } from '../../api/types';
import { t } from '../../i18n';

export interface NewDatasetSettings {
	/** made here: the server takes the same id for the same act, and another one for a taken name */
	id: string;
	name: string;
	mode: 'append' | 'replace';
	auto_publish: boolean;
}

export async function makeDataset(settings: NewDatasetSettings): Promise<void> {
	try {
		await post<Dataset>('/api/datasets', settings);
	} catch (error) {
		if (!(error instanceof Problem) || error.code !== 'dataset.exists') throw error;
		throw new Problem(409, { title: t('import.taken'), code: error.code }, error.requestId);
	}
}
