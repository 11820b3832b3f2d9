/* transaction/proofing_challenge.c - what a person is asked to sign with the card. */
#include "transaction/proofing_challenge.h"
