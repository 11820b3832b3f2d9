/* front/registry/members.c - who is in: the list as data, the trusted list, and the pages' paths. */
#include "front/registry/front.h"

#include "codec/text.h"
#include "front/registry/sending.h"
#include "registry/card.h"
#include "registry/document.h"

#define LIST_PAGE "/"
#define CARD_PAGE "/members/card.html"

static void
send_document(struct exchange *exchange, void *front, const char *name, const struct wanted_words *words)
{
	document_send(exchange, front, &(struct wanted){ .name = span_text(name), .words = words });
}

void
serve_members(struct exchange *exchange, void *front)
{
	static const struct wanted_words words = {
		.missing = "no list of members has been published here yet",
		.missing_clause = "RFC 9110 s15.5.5",
		.form = "this is served as application/json in UTF-8, plain or with gzip; neither coding is accepted",
	};

	send_document(exchange, front, DOCUMENT_MEMBERS, &words);
}

static const struct wanted_words trusted_list_words = {
	.missing = "no trusted list is published here: the operator has named no key to sign it with",
	.missing_clause = "ETSI TS 119 602 s6.8",
	.form = "this is served in UTF-8, plain or with gzip; neither coding is accepted",
};

void
serve_trusted_list(struct exchange *exchange, void *front)
{
	send_document(exchange, front, DOCUMENT_TRUSTED_LIST, &trusted_list_words);
}

void
serve_trusted_list_signed(struct exchange *exchange, void *front)
{
	send_document(exchange, front, DOCUMENT_TRUSTED_LIST_SIGNED, &trusted_list_words);
}

/* The list is the front page: one place for it, and links with a search in them lead there too. */
void
serve_members_page(struct exchange *exchange, void *front)
{
	struct span query = exchange->request->query;

	(void)front;
	exchange_reply(exchange,
	    &(struct reply){
		.status = 308,
		.fields = span_text(
		    arena_print(exchange->arena, "Location: " LIST_PAGE "%s%.*s\r\nCache-Control: no-cache\r\n",
			query.size ? "?" : "", SPAN_ARGS(query))),
	    });
}

/* One page for every member: its script reads the address and asks for the card. The status is the card's, so that
 * nobody who only reads that takes a page about nothing for a member's. */

struct page_query {
	struct exchange *exchange;
	const struct registry_front *front;
	struct ask asks[2];           /* a member; an entity */
	struct entity_key key;
};

static bool
is_somebody(const struct page_query *q)
{
	const struct ask *member = &q->asks[0], *entity = &q->asks[1];
	struct member m;

	if (member->count)
		return !member_read(member->rows[0].value, &m) || card_is_public(&m);
	return entity->count != 0;
}

/* A store that does not answer, or a row that cannot be read, is nothing a page tells by its status: its script hears
 * of it. */
static void
on_somebody_loaded(void *arg, enum err err, const struct problem *why)
{
	struct page_query *q = arg;
	const struct page *page = page_find(&q->front->pages, span_text(CARD_PAGE));

	(void)why;
	exchange_hold(q->exchange, NULL);
	if (err != OK || is_somebody(q))
		page_send(q->exchange, q->front, page);
	else
		page_send_missing(q->exchange, q->front, page);
}

void
serve_member_page(struct exchange *exchange, void *arg)
{
	struct page_query *q = arena_new(exchange->arena, struct page_query);
	const struct registry_front *front = arg;
	bool is_key;

	*q = (struct page_query){ .exchange = exchange, .front = front };
	is_key = hex_read(exchange->segment, q->key.bytes, sizeof(q->key.bytes));
	if (!is_key && !member_id_valid(exchange->segment)) {
		page_send_missing(exchange, front, page_find(&front->pages, span_text(CARD_PAGE)));
		return;
	}
	q->asks[0] = (struct ask){ .table = &member_table, .from = exchange->segment };
	q->asks[1] = (struct ask){ .table = &entity_table, .from = span_of(q->key.bytes, sizeof(q->key.bytes)) };
	exchange_hold(exchange, store_load(front->store, q->asks, is_key ? 2 : 1, on_somebody_loaded, q));
}
