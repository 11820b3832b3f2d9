/* assurance/render_front.c - the front of a rendered framework: which version, from when, and how to read it. */
#include "assurance/render_writer.h"
#include "base/calendar.h"
#include "codec/text.h"

static void
legend(struct writer *w)
{
	static const struct { enum status status; const char *ja, *en; } meanings[] = {
		{ STATUS_SEED, "もとになった資料に書かれていること", "stands in the document the framework was founded on" },
		{ STATUS_VERIFIED, "出典の本文で確かめたこと", "was read in the text of its source" },
		{ STATUS_DERIVED, "出典から編者が導いたこと、又は同等と判断したこと。出典の文言ではない",
		    "was concluded from the source, or held equivalent, by the editors; not the source's words" },
		{ STATUS_TEMPLATE, "トラストフレームワークの運営者が定めるまでのひな形",
		    "is to be filled by who runs the trust framework" },
	};

	put_paragraph(w, words("区分（どこまで確かか）", "Status: how sure a text is"));
	for (size_t i = 0; i < COUNT(meanings); i++)
		put_row(w, status_wording(meanings[i].status), words(meanings[i].ja, meanings[i].en));
}

static void
reading(struct writer *w)
{
	put_paragraph(w, words("読み方", "How to read it"));
	put_row(w, words("到達", "Reaching a level"),
	    words("評価軸のあるレベルに到達するのは、そのレベル以下の基準が全て真のときである。適用の条件が偽の基準は、満たしたものとして扱う。",
	    "A level of an area is reached when every criterion of it and of the levels below is true. A criterion "
	    "whose "
	    "condition of application is false counts as met."));
	put_row(w, words("不明", "Unknown"), words("事実が分からなければ、条件は不明であり、満たしたことにはならない。",
	    "Where a fact is not known the condition is unknown, and the criterion is not met."));
	put_row(w, words("番号", "Numbers"), words("基準の番号は「評価軸.レベル.順番」である。括弧内の識別子は版をまたいで変わらない。",
	    "A criterion's number is area.level.place; the identifier in parentheses stays the same from version to "
	    "version."));
}

void
put_instant(struct writer *w, struct localized label, struct instant at)
{
	char japan[INSTANT_TEXT];

	instant_text(instant_after(at, JAPAN), japan);
	put_moment(w, label,
	    JOINED(w, same(span_text(arena_print(w->arena, "%.10s %.5s", japan, japan + 11))), words("（日本時間）",
	    " (Japan time)")),
	    span_text(arena_print(w->arena, "%.19s+09:00", japan)));
}

void
put_digest(struct writer *w, struct span sum)
{
	put_row(w, words("ダイジェスト", "Digest"), same(span_text(arena_print(w->arena, "sha256:%s", hex_write(w->arena,
	    sum)))));
}

void
render_front(struct writer *w, bool sealed)
{
	const struct framework *f = w->framework;

	put_paragraph(w, f->text);
	put_row(w, words("識別子", "Identifier"), same(f->id));
	put_row(w, words("版", "Version"), same(f->version));
	put_instant(w, words("施行日", "In force from"), f->valid_from);
	put_digest(w, f->digest);
	if (!sealed)
		put_row(w, words("状態", "State"), words("草案（封緘されていない。ダイジェストは今のファイルを封緘した場合のもの）",
		    "draft: not sealed; the digest is the one it would have if it were sealed as it is"));
	legend(w);
	reading(w);
}
