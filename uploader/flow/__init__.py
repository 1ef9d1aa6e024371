"""What the product does, with no page and no HTTP in sight.

uploads       begin, carry and complete an upload: checked, stored, verified, then shown
gallery       pages of what is stored, from the bucket listing alone; links, facts, delete
film          what happened between whom in an upload, with true milliseconds
application   the one object of a process that joins settings, storage and images
"""
