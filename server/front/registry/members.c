/* front/registry/members.c - who is in: the list as data, the trusted list, and the pages' paths. */
#include "front/registry/front.h"

#include "front/registry/sending.h"
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

/* One page for every member: its script reads the address and asks for the card. */
void
serve_member_page(struct exchange *exchange, void *arg)
{
	const struct registry_front *front = arg;

	page_send(exchange, front, page_find(&front->pages, span_text(CARD_PAGE)));
}
