"""What the product does, with no page and no HTTP in sight.

uploads       begin, carry and complete an upload: checked, stored, verified, then shown
staged        what a browser stored, read for the check; promotion: checked bytes become an image
gallery       pages of what is stored, from the bucket listing alone; facts, delete, undo
finding       a bounded search by words, formats and dates; above: the page above a page
tombstones    marks of deleted images, so that completing an upload brings none back
links         signed links, shared for half their life; mending: lost thumbnails; zips: many as one
film          what happened between whom in an upload, with true milliseconds
storyboard    the film as a sequence diagram and as Markdown
lab           forms of one's own design: signed, judged, taken apart
tamper        every attack on a form, predicted and really sent
application   the one object of a process that joins settings, storage and images
"""
