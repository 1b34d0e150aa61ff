"""The links at the end of each lesson."""

from grading.lessons.lesson import Lesson, lesson_folders, load_lesson


def way_on(lesson: Lesson) -> str:
    """Write the links that end a lesson: to the start page, and to the next lesson beside it where there is one."""
    links = ["[All lessons](../start.ipynb)"]
    following = [path for path in lesson_folders(lesson.folder.parent) if path.name > lesson.name]
    if following:
        after = load_lesson(following[0])
        links.append(f"next: [{after.title}](../{after.name}/{after.topic}.ipynb)")
    return "---\n\n" + " · ".join(links)
