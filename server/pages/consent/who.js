/* consent/who.js - the service that asks: its name and mark, who runs it, how its care for personal data is certified, its own words. */
import { aside, badge, both, element, paragraph } from "/assets/dom.js";
import { areaWords, levelBadge, named, outside } from "/assets/words.js";

/* A text that may be there in one language only, as [ja, en]; null: there is none. */
export const inBoth = (text) => (text ? [text.ja || text.en, text.en || text.ja] : null);

export const nameOf = ({ relying_party: { name, entity_id } }) => inBoth(name) ?? [entity_id, entity_id];

/* Its mark comes from the registry, by way of this server. */
function mark(asked) {
	const [ja, en] = nameOf(asked);
	const address = asked.relying_party.mark;

	return address
		? element("img", { class: "logo", src: address, alt: "", width: "56", height: "56" })
		: element("span", { class: "logo logo-letter", "aria-hidden": "true" }, both([...ja][0], [...en][0]));
}

function privacyLevel({ framework, level, title }) {
	const [ja, en] = areaWords("privacy");

	return title && framework !== "jp-idtf"
		? badge("level", `${ja} ${title.ja || title.en}`, `${en} ${title.en || title.ja}`)
		: levelBadge({ area: "privacy", level });
}

function privacy({ privacy: certified }) {
	if (!certified)
		return element(
			"div",
			{ class: "asker-privacy" },
			badge("notice", "個人情報の取り扱いの認定なし", "Not certified for personal data"),
			aside(
				"個人情報の取り扱いについて、第三者の認定を受けていません。",
				"Nobody has certified how it handles personal data.",
			),
		);
	return element(
		"div",
		{ class: "asker-privacy" },
		privacyLevel(certified),
		aside(
			"個人情報の取り扱いについて、第三者の認定を受けています。",
			"How it handles personal data has been certified.",
		),
	);
}

/* An address for each language; where there is one alone, that. */
function links({ privacy_url: statement, information_url: pages }) {
	const shown = (addresses, ja, en) => {
		const [one, other] = inBoth(addresses) ?? [null, null];

		return one === null
			? []
			: [element("li", {}, both([outside(one, ja)], [outside(other, en)]))];
	};
	const all = [
		...shown(statement, "プライバシーポリシー（相手のサイト）", "Its privacy notice (on its own site)"),
		...shown(pages, "このサービスについて（相手のサイト）", "About this service (on its own site)"),
	];

	return all.length > 0 ? [element("ul", { class: "asker-links" }, ...all)] : [];
}

export function who(asked) {
	const { relying_party: party } = asked;
	const runBy = inBoth(party.member);
	const description = inBoth(party.description);

	return element(
		"div",
		{ class: "asker" },
		mark(asked),
		element(
			"div",
			{},
			element("p", { class: "asker-name" }, named(party.name ?? {}, party.entity_id)),
			...(runBy && runBy[0] !== nameOf(asked)[0]
				? [aside(`運営：${runBy[0]}`, `Run by ${runBy[1]}`)]
				: []),
			element("p", { class: "aside entity" }, party.entity_id),
		),
		element(
			"div",
			{ class: "asker-more" },
			...(description ? [paragraph(...description)] : []),
			privacy(party),
			...links(party),
		),
	);
}
