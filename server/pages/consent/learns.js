/* consent/learns.js - all that a service would know afterwards, in one sentence, and what it would not. */
import { aside, both, element, paragraph, section } from "/assets/dom.js";
import { personaWords } from "/assets/words.js";
import { nameOf } from "./who.js";

const quoted = (words) => `「${words}」`;
const listed = (words) => new Intl.ListFormat("en", { type: "conjunction" }).format(words);

const levelInWords = ({ area_title: area, title }) => [`${area.ja} ${title.ja}`, `${area.en}: ${title.en}`];

function sentence(asked, persona, titles) {
	const [ja, en] = nameOf(asked);
	const { level, proofing } = asked.learns;
	const how = level ? levelInWords(level) : null;
	const more = [
		...titles.map(([one]) => quoted(one)),
		...(how ? [`ログインの確かさ（${how[0]}）`] : []),
		...(proofing ? ["本人確認をした時期と方法"] : []),
	];
	const moreEn = [
		...titles.map(([, one]) => one.toLowerCase()),
		...(how ? [`how sure your login is (${how[1]})`] : []),
		...(proofing ? ["when and how your identity was confirmed"] : []),
	];
	const as = personaWords(persona);

	return [
		`${ja}は、${quoted(as[0])}を、このサービスだけの呼び名（ほかのサービスでは別の呼び名）で見分け、${
			more.length > 0 ? `${more.join("、")}を受け取ります。` : "ほかには何も受け取りません。"
		}`,
		`${en} knows your ${as[1].toLowerCase()} persona by a name of its own for you, another at every other service, and is told ${
			moreEn.length > 0 ? `this: ${listed(moreEn)}.` : "nothing else."
		}`,
	];
}

/* Said anew with each tick, for those who hear the page as well. */
export function learns(asked, persona) {
	const line = element("p", { "aria-live": "polite", class: "learns" });

	return {
		node: section(
			"learns",
			"このサービスが知ること",
			"What the service would know",
			line,
			aside(
				"アカウントの番号、ほかに使っているサービス、ここにない情報は伝わりません。",
				"It is not told your account number, which other services you use, or anything that is not listed here.",
			),
			...(asked.offline
				? [
						paragraph(
							"このサービスは、ログアウトしたあとも、同意を取り消すまで、選んだ情報を受け取ることがあります。",
							"The service may look up what you chose after you log out, too, until you withdraw your consent.",
						),
					]
				: []),
		),
		/* `titles`: [ja, en] of each that is told. */
		tell(titles) {
			line.replaceChildren(both(...sentence(asked, persona, titles)));
		},
	};
}
