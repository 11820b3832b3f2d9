/* transaction/notice/contact_code.h - a code to a mail address, by which an account knows that it is its person's.
 *
 *     address, account -> what was sent there, and by it -> too much: it waits | drawn, counted, in the outbox
 *
 * There is no other way to such a code, so nobody has one address mailed again and again: not from one account, nor
 * from many that come and go. What was counted tells what was sent, never whose name an address is.
 */
#pragma once

#include "authn/attempts.h"
#include "person/account.h"

struct contact_code {
	struct span address;         /* contact_address_read()'s; borrowed */
	struct id account;
	/* Codes that were sent: to this address, whoever asked, and by this account, to whatever address. */
	struct attempts to_address, by_account;
};

#define CONTACT_CODE_ASKS 2
void contact_code_ask(struct arena *, const struct contact_code *, struct ask asks[CONTACT_CODE_ASKS]);
enum err contact_code_loaded(const struct ask asks[CONTACT_CODE_ASKS], struct contact_code *, struct problem *why);

/* {0}: one may be sent now; else when. */
struct instant contact_code_wait(const struct contact_code *, struct instant now);
/* Into the unit in which the account is put, to which the address is added: as contact_add(). */
enum err contact_code_send(struct unit *, struct arena *, const struct contact_code *, struct account *,
    struct instant now, struct problem *why);
/* It was typed: who reads what comes there may have more of it. */
void contact_code_typed(struct unit *, struct arena *, const struct contact_code *);
