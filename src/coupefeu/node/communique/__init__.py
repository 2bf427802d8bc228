"""The communique, made: entries chosen and disclosed, proofs gathered, the text for people, one signature over all.

choosing    which entries, and how much of each
gathering   their proofs, as items, verified before anything is signed
issuing     the file: text, items, signature; the preview
consenting  proposals and answers, judged against this record
unpacking   files for other people's tools
"""
