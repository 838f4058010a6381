"""Questions and claims in English, read with a closed vocabulary and answered from a release.

A question is answered only if every one of its words is understood. The words are data, in
`data/vocabulary`; the answers come from `referrals.query`, and their sentences from the messages.
"""
