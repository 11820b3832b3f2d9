/* services.mjs - the demo's relying parties: who they are, what one does there, and what each asks of Watashi for it. All of them
 * are made up; what they may ask for, and the least they need, is in their members' records (tools/demo-members). */

const authentication = (level) => `urn:watashi:jp-idtf:1.0:authentication:${level}`;
const verified = (...names) => ({
	verification: {
		trust_framework: null,
		assurance_level: null,
		time: null,
		evidence: [{ type: null, document_details: { type: null }, check_details: null }],
	},
	claims: Object.fromEntries(names.map((name) => [name, null])),
});

/* An errand is what somebody does there; its parameters go into the authorization request. */
export const services = [
	{
		host: 'kakeibo.localhost',
		member: 'household-book',
		colour: '#5b2a86',
		keys: 'kakeibo-client',
		name: { ja: 'こつこつ家計簿', en: 'Kotsukotsu Household Accounts' },
		text: {
			ja: 'オンラインの家計簿です。名前を知らせずに使えます。',
			en: 'An online household-account book. It does not need your name.',
		},
		errands: [
			{
				id: 'book',
				name: { ja: '家計簿を開く', en: 'Open my book' },
				done: { ja: '今月の支出は 48,200 円です。', en: 'You spent ¥48,200 this month.' },
				/* More than its record names: what it gets is what the record and the person allow. */
				parameters: { scope: 'openid profile email address' },
			},
		],
	},
	{
		host: 'hospital.localhost',
		member: 'hospital',
		colour: '#b3123f',
		keys: 'hospital-client',
		name: { ja: 'あおぞら病院 マイページ', en: 'Aozora My Page' },
		text: { ja: '予約の変更と検査結果の確認。', en: 'Change bookings, see results.' },
		errands: [
			{
				id: 'booking',
				name: { ja: '予約を見る', en: 'See my bookings' },
				done: { ja: '次の予約：来週の火曜日 10時30分、内科', en: 'Next: Tuesday next week, 10:30, internal medicine' },
				parameters: { scope: 'openid', claims: { userinfo: { name: null, birthdate: null, address: null } } },
			},
			{
				id: 'results',
				name: { ja: '検査結果を見る（5分以内の確かな認証）', en: 'See test results (authenticated well, within 5 minutes)' },
				done: { ja: '検査結果：すべて基準値の範囲内です。', en: 'Results: all within the normal range.' },
				parameters: {
					scope: 'openid',
					max_age: '300',
					claims: {
						userinfo: { name: null, birthdate: null, address: null },
						id_token: { acr: { essential: true, values: [authentication(3)] } },
					},
				},
			},
		],
	},
	{
		host: 'bank.localhost',
		member: 'bank',
		colour: '#12438f',
		keys: 'bank-client',
		name: { ja: 'さざなみ銀行 口座開設', en: 'Sazanami Account Opening' },
		text: { ja: '来店せずに口座を開けます。', en: 'Open an account without coming to us.' },
		errands: [
			{
				id: 'account',
				name: { ja: '口座を開く', en: 'Open an account' },
				done: { ja: '口座開設のお申し込みを受け付けました。', en: 'Your application for an account has arrived.' },
				parameters: {
					scope: 'openid',
					claims: { userinfo: { verified_claims: verified('name', 'birthdate', 'address') } },
				},
			},
		],
	},
	{
		host: 'tax.localhost',
		member: 'tax-office',
		colour: '#8a3b12',
		keys: 'tax-client',
		name: { ja: 'みどり税務署 電子申告', en: 'Midori Tax Office e-Filing' },
		text: { ja: '確定申告をオンラインで提出できます。', en: 'File your tax return online.' },
		errands: [
			{
				id: 'return',
				name: { ja: '確定申告を始める', en: 'Begin my tax return' },
				done: { ja: '申告書を受け付ける準備ができました。', en: 'We are ready to take your return.' },
				parameters: {
					scope: 'openid',
					claims: { userinfo: { verified_claims: verified('name', 'address') } },
				},
			},
		],
	},
];
