/* front/sign_on/show.c - GET /v1/sign-on/{id}: what the consent page shows. */
#include "front/sign_on/front.h"
#include "ledger/entry.h"
#include "registry/view.h"
#include "transaction/client/relying_party.h"
#include "transaction/sign_on/choice.h"
#include "transaction/sign_on/look.h"

#define ANSWER_LARGEST (256 * KIB)

static void
write_flag(struct buffer *b, const char *name, bool value)
{
	json_write_name(b, name);
	buffer_text(b, value ? "true" : "false");
}

static void
write_words(struct buffer *b, const char *name, struct localized text)
{
	if (text.ja.size || text.en.size) {
		localized_write(b, name, text);
	} else {
		json_write_name(b, name);
		buffer_text(b, "null");
	}
}

/* Who asks */

/* As its framework calls the level, where that is in force here. */
static struct localized
privacy_title(const struct sign_on_case *c)
{
	const struct shelf_policy *p = c->snapshot
	    ? shelf_policy_find(c->snapshot, c->rp->privacy_framework, (struct span){ 0 }, c->now) : NULL;
	int area = p ? area_find(p->framework, span_text("privacy")) : -1;
	int level = area < 0 ? -1 : level_find(&p->framework->areas[area], c->rp->privacy_level);

	return level > 0 ? p->framework->areas[area].levels[level - 1].title : (struct localized){ { 0 }, { 0 } };
}

static void
write_relying_party(struct buffer *b, const struct sign_on_case *c)
{
	const struct relying_party *rp = c->rp;
	struct arena scratch = arena_init(4 * KIB);

	json_write_name(b, "relying_party");
	buffer_byte(b, '{');
	json_write_member(b, "entity_id", rp->entity_id);
	write_words(b, "name", rp->name);
	write_words(b, "member", rp->member_name);
	write_words(b, "description", rp->description);
	write_words(b, "information_url", rp->information_url);
	write_words(b, "privacy_url", rp->privacy_url);
	json_write_member_or_null(b, "mark", span_text(rp->logo ? logo_path(&scratch, rp->member) : NULL));
	json_write_name(b, "privacy");
	if (rp->privacy_level.size) {
		buffer_byte(b, '{');
		json_write_member(b, "framework", rp->privacy_framework);
		json_write_member(b, "level", rp->privacy_level);
		write_words(b, "title", privacy_title(c));
		buffer_byte(b, '}');
	} else {
		buffer_text(b, "null");
	}
	buffer_byte(b, '}');
	arena_release(&scratch);
}

/* What would be told */

static const char *
source_of(const struct release_item *item)
{
	return item->source == ATTRIBUTE_OF_NOBODY ? "confirmed" : attribute_source_name(item->source);
}

/* Whether the page has it ticked at first: as it was chosen before, and else what was asked for. */
static bool
is_chosen(const struct release_item *item, struct span before)
{
	const struct span name = span_text(item->kind->name);

	return item->required || choice_has(before, name, false) || (item->asked && !choice_has(before, name, true));
}

static void
write_item(struct buffer *b, const struct sign_on_view *view, const struct sign_on_as *as,
    const struct release_item *item)
{
	const bool before = view->before && view->before->persona == as->persona;

	json_write_element(b);
	buffer_byte(b, '{');
	json_write_member(b, "name", span_text(item->kind->name));
	localized_write(b, "title", item->kind->title);
	write_words(b, "purpose", item->purpose);
	json_write_member(b, "value", item->value);
	json_write_member(b, "source", span_text(source_of(item)));
	json_write_time_or_null(b, "at", item->at);
	write_flag(b, "required", item->required);
	write_flag(b, "asked", item->asked);
	json_write_member_or_null(b, "instead_of", span_text(item->instead_of ? item->instead_of->name : NULL));
	write_flag(b, "chosen", is_chosen(item, before ? view->before->items : (struct span){ 0 }));
	buffer_byte(b, '}');
}

/* By what is asked for; a name of no kind of ours has no title. */
static void
write_withheld(struct buffer *b, const struct release_withheld *w)
{
	static const char *const whys[] = {
		[RELEASE_NOT_REGISTERED] = "not-registered", [RELEASE_NOT_OF_PERSONA] = "not-of-persona",
		[RELEASE_NOT_KNOWN] = "not-known", [RELEASE_NO_SUCH] = "no-such",
	};
	const struct release_kind *kind = release_kind_find(w->name);

	json_write_element(b);
	buffer_byte(b, '{');
	json_write_member(b, "name", w->name);
	write_words(b, "title", kind ? kind->title : (struct localized){ { 0 }, { 0 } });
	json_write_member(b, "why", span_text(whys[w->why]));
	write_flag(b, "required", w->required);
	buffer_byte(b, '}');
}

static void
write_persona(struct buffer *b, const struct sign_on_view *view, const struct sign_on_as *as)
{
	const struct release_offer *offer = as->offer;

	json_write_element(b);
	buffer_byte(b, '{');
	json_write_member(b, "persona", span_text(persona_name(as->persona)));
	write_flag(b, "possible", offer && !as->lacks);
	json_write_member_or_null(b, "why_not", span_text(!offer ? "level" : as->lacks ? "lacks" : NULL));
	json_write_name(b, "items");
	buffer_byte(b, '[');
	for (size_t i = 0; offer && i < offer->count; i++)
		write_item(b, view, as, &offer->items[i]);
	buffer_text(b, "],\"withheld\":[");
	for (size_t i = 0; offer && i < offer->withheld_count; i++)
		write_withheld(b, &offer->withheld[i]);
	buffer_text(b, "]}");
}

/* Beside the items: a name that no other relying party knows, how surely it was the person, and by which persona. */
static void
write_learns(struct buffer *b, const struct sign_on_view *view)
{
	const struct acr *level = &view->level;

	buffer_text(b, ",\"learns\":{\"pseudonym\":true");
	json_write_name(b, "level");
	if (level->level) {
		buffer_byte(b, '{');
		json_write_member(b, "acr", level->value);
		json_write_member(b, "framework", level->requires.framework);
		localized_write(b, "area_title", level->area->title);
		localized_write(b, "title", level->level->title);
		buffer_byte(b, '}');
	} else {
		buffer_text(b, "null");
	}
	write_flag(b, "proofing", view->of->sign_on->request.size != 0);
	buffer_byte(b, '}');
}

static void
write_remembered(struct buffer *b, const struct consent *before)
{
	json_write_name(b, "remembered");
	if (!before) {
		buffer_text(b, "null");
		return;
	}
	buffer_byte(b, '{');
	json_write_id(b, "consent", &before->id);
	json_write_member(b, "persona", span_text(persona_name(before->persona)));
	json_write_time(b, "given", before->given);
	buffer_byte(b, '}');
}

static void
write_view(struct buffer *b, const struct sign_on_view *view)
{
	const struct sign_on_case *c = view->of;

	buffer_byte(b, '{');
	json_write_id(b, "id", &c->sign_on->id);
	write_relying_party(b, c);
	json_write_name(b, "person");
	buffer_byte(b, '{');
	json_write_member(b, "number", span_text(c->account->number));
	buffer_byte(b, '}');
	json_write_member(b, "persona", span_text(persona_name(view->chosen)));
	json_write_name(b, "personas");
	buffer_byte(b, '[');
	for (size_t i = 0; i < view->persona_count; i++)
		write_persona(b, view, &view->personas[i]);
	buffer_byte(b, ']');
	write_learns(b, view);
	json_write_member(b, "purpose", c->purpose);
	write_flag(b, "offline", c->sign_on->offline);
	write_remembered(b, view->before);
	json_write_time(b, "until", c->sign_on->expires);
	buffer_byte(b, '}');
}

static void
on_looked(void *arg, enum err err, const struct sign_on_view *view, const struct problem *why)
{
	struct sign_on_visit *v = arg;
	struct buffer b;

	exchange_hold(v->exchange, NULL);
	if (err != OK) {
		sign_on_refuse(v, err, why);
		return;
	}
	b = buffer_init(ANSWER_LARGEST);
	write_view(&b, view);
	exchange_reply_json(v->exchange, 200, buffer_span(&b));
	buffer_release(&b);
}

static void
look(struct sign_on_visit *v)
{
	exchange_hold(v->exchange, sign_on_look(v->front->store, v->exchange->arena, v->front->settings, &v->asked,
	    on_looked, v));
}

void
show_sign_on(struct exchange *e, void *front)
{
	sign_on_visit_begin(arena_new(e->arena, struct sign_on_visit), e, front, look);
}
