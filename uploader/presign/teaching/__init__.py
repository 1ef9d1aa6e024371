"""What explains presigned requests: pure, and only the lab imports it.

inspector        a signed form, field by field        condition_notes  what each condition stops
form_design      a form that somebody designs         design_url       a design as the page's address
attacks          what a holder of a form may try      snippets         a form as code: curl, Python, HTML …
tour             what a step of the tour shows         tour_steps       its steps and their attacks
example_form     a design signed with AWS's example key, to be judged only
put_attacks      the same on a presigned PUT or GET   signed_link      a presigned URL made by hand
lock_picture     a form drawn as a lock with its holes
store_notes      what other stores make of a form
paste            whatever was pasted, recognised: pasted_form, error_xml and literals read its shapes
paste_report     what was pasted, taken apart, judged and explained
presigned_url    a presigned URL taken apart          sigv4_query      its canonical request and signature
url_simulator    what S3 will answer to it            url_checks       its parameters
"""
