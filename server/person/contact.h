/* person/contact.h - an account's mail addresses: added, confirmed by a code that was sent there, taken away. Pure.
 *
 *     added: code sent -> confirmed | five wrong codes, too late: another code -> … -> removed
 *
 * Until it is confirmed nothing but the code goes there, and it says nobody's name.
 */
#pragma once

#include "person/account.h"

#define CONTACT_CODE_TRIES 5
#define CONTACT_CODE_FOR SECONDS(86400)

/* NULL: there is none. Addresses are the same that have one name (account_name_key()). */
struct contact *contact_find(struct account *, struct span address);

/* Added, or given another code while it waits. The address is contact_address_read()'s, and stays borrowed.
 * ERR_CONFLICT: it is confirmed already; ERR_LIMIT: there are CONTACTS_LARGEST. */
enum err contact_add(struct account *, struct span address, struct span code, struct instant now, struct problem *why);

enum contact_answer {
	CONTACT_UNKNOWN,             /* no address of the account waits for a code */
	CONTACT_CONFIRMED,
	CONTACT_WRONG,               /* counted: put the account */
	CONTACT_SPENT,               /* too many tries, or too late: it takes another code */
};
enum contact_answer contact_confirm(struct account *, struct span address, struct span code, struct instant now);

/* False: there is none. */
bool contact_remove(struct account *, struct span address);
