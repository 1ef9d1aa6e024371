"""What the product does, with no page and no HTTP in sight.

uploads       begin, carry and complete an upload: checked, stored, verified, then shown
gallery       pages of what is stored, from the bucket listing alone; links, facts, delete
film          what happened between whom in an upload, with true milliseconds
storyboard    the film as a sequence diagram and as Markdown
lab           forms of one's own design: signed, judged, taken apart
tamper        every attack on a form, predicted and really sent
application   the one object of a process that joins settings, storage and images
"""
