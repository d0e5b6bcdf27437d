"""Student work from the files that schools have, cleaned so that nothing in them names a child.

What a file is, is judged by its content. Text stays text, Markdown and Word documents become
sanitised HTML, photos are turned upright and written anew without their metadata, and the pages of a
PDF become pictures, so that neither its author nor anything hidden in it comes along.
"""
